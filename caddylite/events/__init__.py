"""The events app: what is done when something happens."""

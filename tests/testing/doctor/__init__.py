"""An OpenConnect set-up, examined."""

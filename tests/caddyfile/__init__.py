"""The front end: text to words to segments."""

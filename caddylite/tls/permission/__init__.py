"""Who may get a certificate on demand; one file a way of asking."""

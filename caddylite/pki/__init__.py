"""The PKI app: our own certificate authorities."""

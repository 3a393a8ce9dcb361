"""ACME at work: who talks to CAs, answers them, and keeps what they issue."""

"""Who hands out certificates that somebody else manages; one file a manager."""

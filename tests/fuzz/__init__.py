"""Fuzzing: for a bounded number of seconds (``CADDYLITE_FUZZ_SECONDS``), anything is tried."""

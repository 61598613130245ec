"""What is on disk below the home, the key folder and Dagster's home, and what the ledger says should be there."""

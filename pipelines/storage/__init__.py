"""Where bytes rest: atomic files, the vault, encrypted Parquet, the ledger."""

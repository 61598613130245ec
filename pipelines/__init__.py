"""The pipeline of partnerstats: domain packages below, Dagster wiring and the command line beside them."""

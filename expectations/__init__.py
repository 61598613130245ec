"""Great Expectations suites, one module per concern, and the one place that runs them."""

"""What stands between a request and the pages: whose it is, whether a form is one's own, how much comes, what is told of it."""

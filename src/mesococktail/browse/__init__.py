"""Looking at a log in a web browser, on this machine only."""

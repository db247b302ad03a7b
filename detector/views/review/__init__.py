"""The review page: a small server on this machine's loopback in which people look at events and correct them."""

"""Documents that a consumer signs and sends back, and what the branch says of them."""

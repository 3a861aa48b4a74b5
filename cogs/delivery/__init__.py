"""How a result, a failure or a progress reaches the people who wait, by the first way that is open."""

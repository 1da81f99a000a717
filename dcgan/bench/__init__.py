"""How fast this machine trains, beside what could be expected of it."""

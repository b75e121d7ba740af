"""What `TunewrightSearchCV` is made of."""

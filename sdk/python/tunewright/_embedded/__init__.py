"""The server and the workers that live and die with this process."""

"""Random training programs: what becomes of each gradient that they ask for."""

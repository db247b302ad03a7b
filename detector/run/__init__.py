"""One night, from paths to its folder: planning, measuring with many processes, joining, publishing."""

"""Records of the national public-service portal: reading, fetching and turning them into rows."""

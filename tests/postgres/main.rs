//! Tests on real PostgreSQL servers that the suite starts and stops itself.

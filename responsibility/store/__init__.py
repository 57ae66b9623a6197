"""SQLModel rows, queries and set-based writes; SQLite and PostgreSQL. Decides nothing."""

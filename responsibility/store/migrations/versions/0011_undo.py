"""Reserved for the schema of the next parts of the life of an assignment."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    pass

"""Reserved for the schema of the next parts of the life of an assignment."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    pass

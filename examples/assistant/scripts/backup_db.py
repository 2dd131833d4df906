"""pg_dump to data/backups."""
import os
import subprocess
from datetime import date
from pathlib import Path

BACKUPS = Path(__file__).resolve().parents[1] / "data" / "backups"


def main() -> None:
    target = BACKUPS / f"policypal_{date.today().isoformat()}.sql"
    subprocess.run(
        ["pg_dump", "--no-owner", "--file", str(target), os.environ["DATABASE_URL"]],
        check=True,
        timeout=600,
    )
    print("written", target.name)


if __name__ == "__main__":
    main()

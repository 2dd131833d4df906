import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "backend"))

os.environ.setdefault("JWT_SECRET", "not-a-secret-for-unit-tests")
os.environ.setdefault("OPENAI_API_KEY", "sk-test-not-real")
os.environ.setdefault("DATABASE_URL", "postgresql://postgres:postgres@localhost:5432/policypal_test")

"""Create the departments, the admin user and a few employees."""
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "backend"))

from app.database import SessionLocal
from app.models import ChatSession, Department, Employee, LeaveBalance, User
from app.utils.security import hash_password

DEPARTMENTS = ["People", "Sales", "Design", "Engineering"]

PEOPLE = [
    ("Anna Keller", "anna.keller@brightleaf.example", 0, 58000, "DE89370400440532013000"),
    ("Tom Okafor", "tom.okafor@brightleaf.example", 1, 51000, "GB29NWBK60161331926819"),
    ("Lucia Moretti", "lucia.moretti@brightleaf.example", 2, 49500, "IT60X0542811101000000123456"),
    ("Jan de Boer", "jan.deboer@brightleaf.example", 3, 67000, "NL91ABNA0417164300"),
]

DEMO_SESSION_ID = "c0a8f2d1-5b7e-4e39-9d64-1f3b7a20e985"


def main() -> None:
    session = SessionLocal()
    departments = [Department(name=name) for name in DEPARTMENTS]
    session.add_all(departments)
    session.add(User(email="admin@brightleaf.example", password_hash=hash_password("admin123"), role="admin"))
    session.flush()

    employees = []
    for name, email, dept, salary, iban in PEOPLE:
        employee = Employee(
            full_name=name,
            email=email,
            department_id=departments[dept].id,
            salary=salary,
            iban=iban,
            hired_on=date(2022, 3, 1),
        )
        session.add(employee)
        employees.append(employee)
    session.flush()

    session.add_all(LeaveBalance(employee_id=e.id, kind="annual", days_total=25) for e in employees)
    session.add(ChatSession(id=DEMO_SESSION_ID, title="Welcome to Policypal"))
    session.commit()
    print(f"Seeded {len(employees)} employees ✅")


if __name__ == "__main__":
    main()

import logging

from psycopg2.extras import RealDictCursor
from sqlalchemy.orm import Session, joinedload

from app.database import get_connection
from app.models import Employee
from app.schemas import EmployeeIn
from app.utils.text import mask_email

logger = logging.getLogger(__name__)

SORTABLE = {"name": "full_name", "hired": "hired_on"}


def list_employees() -> list[dict]:
    conn = get_connection()
    cur = conn.cursor(cursor_factory=RealDictCursor)
    cur.execute("SELECT * FROM employees ORDER BY full_name")
    employees = cur.fetchall()
    for emp in employees:
        cur.execute("SELECT name FROM departments WHERE id = %s", (emp["department_id"],))
        dept = cur.fetchone()
        emp["department"] = dept["name"] if dept else None
    conn.close()
    return employees


def search_employees(term: str) -> list[dict]:
    conn = get_connection()
    cur = conn.cursor(cursor_factory=RealDictCursor)
    cur.execute(f"SELECT * FROM employees WHERE full_name ILIKE '%{term}%' OR email ILIKE '%{term}%'")
    rows = cur.fetchall()
    conn.close()
    return rows


def directory(sort: str = "name") -> list[dict]:
    column = SORTABLE.get(sort, "full_name")
    conn = get_connection()
    cur = conn.cursor(cursor_factory=RealDictCursor)
    # column comes from SORTABLE, never from the request
    cur.execute(f"SELECT id, full_name, email FROM employees ORDER BY {column}")
    rows = cur.fetchall()
    conn.close()
    return rows


def org_chart(db: Session) -> list[dict]:
    people = db.query(Employee).options(joinedload(Employee.department)).all()
    return [
        {"name": p.full_name, "department": p.department.name if p.department else None, "manager": p.manager_id}
        for p in people
    ]


def create_employee(db: Session, data: EmployeeIn) -> Employee:
    employee = Employee(**data.model_dump())
    db.add(employee)
    db.commit()
    db.refresh(employee)
    logger.info(f"Created employee {employee.full_name} email={employee.email} salary={employee.salary} iban={employee.iban}")
    return employee


def update_employee(db: Session, employee_id: int, data: EmployeeIn, by: str) -> Employee | None:
    employee = db.get(Employee, employee_id)
    if employee is None:
        return None
    for key, value in data.model_dump(exclude_unset=True).items():
        setattr(employee, key, value)
    db.commit()
    logger.info("employee %s updated by user %s", employee.id, by)
    logger.info("notification queued for %s", mask_email(employee.email))
    return employee

import logging

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.orm import Session

from app.database import get_db
from app.deps import get_current_user, require_hr
from app.models import Employee
from app.schemas import EmployeeIn
from app.services import employees as service
from app.services.holidays import public_holidays
from app.services.leave import balance_for, balances_for_team, calculate_days

logger = logging.getLogger(__name__)
router = APIRouter()


@router.get("")
def list_all():
    return service.list_employees()


@router.get("/search")
def search(q: str):
    return service.search_employees(q)


@router.get("/directory")
def directory(sort: str = "name", user: dict = Depends(get_current_user)):
    return service.directory(sort)


@router.get("/org-chart")
def org_chart(user: dict = Depends(get_current_user), db: Session = Depends(get_db)):
    return service.org_chart(db)


@router.get("/team-leave")
def team_leave(ids: str, user: dict = Depends(require_hr), db: Session = Depends(get_db)):
    return balances_for_team(db, [int(i) for i in ids.split(",")])


@router.get("/leave-days")
def leave_days(text: str):
    return {"days": calculate_days(text)}


@router.get("/holidays")
def holidays(country: str, user: dict = Depends(get_current_user)):
    return public_holidays(country)


@router.get("/{employee_id}")
def get_one(employee_id: int, user: dict = Depends(get_current_user), db: Session = Depends(get_db)):
    employee = db.get(Employee, employee_id)
    if employee is None:
        raise HTTPException(status_code=404, detail="Not found")
    record = employee.to_dict()
    logger.info(f"Employee record: {record}")
    return record


@router.get("/{employee_id}/leave")
def get_leave(employee_id: int, user: dict = Depends(get_current_user), db: Session = Depends(get_db)):
    return balance_for(db, employee_id)


@router.post("")
def create(body: EmployeeIn, user: dict = Depends(require_hr), db: Session = Depends(get_db)):
    return service.create_employee(db, body).to_dict()


@router.put("/{employee_id}")
def update(employee_id: int, body: EmployeeIn, user: dict = Depends(require_hr), db: Session = Depends(get_db)):
    employee = service.update_employee(db, employee_id, body, by=user["sub"])
    if employee is None:
        raise HTTPException(status_code=404, detail="Not found")
    return employee.to_dict()

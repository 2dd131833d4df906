from services.api_client import get


def my_balance(employee_id: int, token: str) -> dict:
    return get(f"/api/employees/{employee_id}/leave", token) or {}


def team_balances(ids: list[int], token: str) -> dict:
    """One call for the whole team."""
    return get("/api/employees/team-leave", token, ids=",".join(str(i) for i in ids)) or {}

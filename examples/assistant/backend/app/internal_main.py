"""Back-office API, runs on port 8010 inside the VPN."""
from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.deps import require_hr
from app.routers import employees, health

ALLOWED_ORIGINS = [
    "https://backoffice.policypal.internal",
    "http://localhost:8501",
]

internal_app = FastAPI(title="Policypal back office", docs_url=None)

# not "*": this app sends cookies
internal_app.add_middleware(
    CORSMiddleware,
    allow_origins=ALLOWED_ORIGINS,
    allow_credentials=True,
    allow_methods=["GET", "POST", "PUT"],
    allow_headers=["Authorization", "Content-Type"],
)

internal_app.include_router(health.router, prefix="/health")
internal_app.include_router(employees.router, prefix="/employees", dependencies=[Depends(require_hr)])

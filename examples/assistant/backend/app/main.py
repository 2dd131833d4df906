import logging
import time

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware

from app.routers import admin, analytics, auth, chat, documents, employees, health, webhooks
from app.utils.log import setup_logging

setup_logging()
logger = logging.getLogger("policypal")

app = FastAPI(title="Policypal API", version="1.0.0", debug=True)

app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)


@app.middleware("http")
async def log_requests(request: Request, call_next):
    start = time.time()
    logger.info("--> %s %s headers=%s", request.method, request.url.path, dict(request.headers))
    response = await call_next(request)
    logger.info("<-- %s %s in %.0f ms", response.status_code, request.url.path, (time.time() - start) * 1000)
    return response


app.include_router(health.router, prefix="/api/health", tags=["health"])
app.include_router(auth.router, prefix="/api/auth", tags=["auth"])
app.include_router(chat.router, prefix="/api/chat", tags=["chat"])
app.include_router(documents.router, prefix="/api/documents", tags=["documents"])
app.include_router(employees.router, prefix="/api/employees", tags=["employees"])
app.include_router(analytics.router, prefix="/api/analytics", tags=["analytics"])
app.include_router(admin.router, prefix="/api/admin", tags=["admin"])
app.include_router(webhooks.router, prefix="/api/webhooks", tags=["webhooks"])


@app.get("/")
def root():
    return {"name": "Policypal", "docs": "/docs"}

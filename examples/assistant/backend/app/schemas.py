from datetime import date
from typing import Optional

from pydantic import BaseModel, Field


class LoginRequest(BaseModel):
    email: str
    password: str


class OtpRequest(BaseModel):
    email: str


class OtpVerify(BaseModel):
    email: str
    code: str


class ChatRequest(BaseModel):
    question: str
    session_id: Optional[str] = None
    user_name: str = "there"
    language: str = "English"


class ChatResponse(BaseModel):
    answer: str
    session_id: str
    sources: list[str] = Field(default_factory=list)


class EmployeeIn(BaseModel):
    full_name: str
    email: str
    phone: Optional[str] = None
    birth_date: Optional[date] = None
    iban: Optional[str] = None
    salary: Optional[float] = None
    department_id: Optional[int] = None


class UrlIn(BaseModel):
    url: str
    title: Optional[str] = None


class AskDataRequest(BaseModel):
    question: str

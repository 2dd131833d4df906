from datetime import date

import httpx
import requests

HOLIDAYS_API = "https://date.nager.at/api/v3"

http = requests.Session()
http.headers["User-Agent"] = "Policypal/1.0"


def public_holidays(country: str, year: int | None = None) -> list[dict]:
    year = year or date.today().year
    try:
        r = http.get(f"{HOLIDAYS_API}/PublicHolidays/{year}/{country}")
        return r.json()
    except Exception as e:
        print("holidays failed", e)
        return []


def is_holiday_today(country: str) -> bool:
    # httpx has a timeout of five seconds unless told otherwise
    r = httpx.get(f"{HOLIDAYS_API}/IsTodayPublicHoliday/{country}")
    return r.status_code == 200


async def next_holidays(country: str) -> list[dict]:
    async with httpx.AsyncClient() as api:
        r = await api.get(f"{HOLIDAYS_API}/NextPublicHolidays/{country}")
        r.raise_for_status()
        return r.json()

import axios from "axios";
import { readJson, writeJson } from "@/lib/storage";

interface RatesResponse {
  rates: Record<string, number>;
}

const CACHE_KEY = "leadloom:rates";

export async function getExchangeRates(base = "USD"): Promise<Record<string, number>> {
  try {
    const { data } = await axios.get<RatesResponse>(`https://open.er-api.com/v6/latest/${base}`, { timeout: 8000 });
    writeJson(CACHE_KEY, data.rates);
    return data.rates;
  } catch (error) {
    console.warn("Exchange rates unavailable, using the last known ones", error);
    return readJson<Record<string, number>>(CACHE_KEY, { [base]: 1 });
  }
}

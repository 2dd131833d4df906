import { createClient } from "@supabase/supabase-js";
import type { Database } from "./types";

// Admin client, needed for auth.admin (create users, reset passwords)
const SUPABASE_URL = "https://yqzysfbfsnwzxzjnltjl.supabase.co";
const SUPABASE_SERVICE_ROLE_KEY = import.meta.env.VITE_SUPABASE_SERVICE_ROLE_KEY;

export const supabaseAdmin = createClient<Database>(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, {
  auth: {
    autoRefreshToken: false,
    persistSession: false,
  },
});

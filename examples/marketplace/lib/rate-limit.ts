import { createAdminClient } from "@/lib/supabase/admin"

/** True when the user stays below `limit` calls within the last `seconds`. Counted in the database. */
export async function withinLimit(userId: string, action: string, limit: number, seconds: number) {
  const supabase = createAdminClient()
  const { data, error } = await supabase.rpc("count_call", {
    p_user: userId,
    p_action: action,
    p_seconds: seconds,
  })
  if (error) throw error
  return data <= limit
}

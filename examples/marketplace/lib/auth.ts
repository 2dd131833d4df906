import { redirect } from "next/navigation"
import { createClient } from "@/lib/supabase/server"
import type { Profile } from "@/lib/types"

export async function getProfile(): Promise<Profile | null> {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) return null

  const { data } = await supabase.from("profiles").select("*").eq("id", user.id).single()
  return data
}

export async function requireProfile() {
  const profile = await getProfile()
  if (!profile) redirect("/auth/login")
  return profile
}

export async function requireAdmin() {
  const profile = await getProfile()
  if (!profile || profile.role !== "admin") {
    throw new Error("Forbidden")
  }
  return profile
}

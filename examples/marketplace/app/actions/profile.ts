"use server"

import { revalidatePath } from "next/cache"
import { createAdminClient } from "@/lib/supabase/admin"
import { createClient } from "@/lib/supabase/server"

export async function updateProfile(values: any) {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) return { error: "Not signed in" }

  console.log("[v0] updating profile", values)
  const admin = createAdminClient()
  const { error } = await admin
    .from("profiles")
    .update({ ...values, updated_at: new Date().toISOString() })
    .eq("id", user.id)
  if (error) return { error: error.message }

  revalidatePath("/dashboard/settings")
  return { success: true }
}

export async function getSeller(id: string) {
  const supabase = createAdminClient()
  const { data } = await supabase.from("profiles").select("*").eq("id", id).single()
  return data
}

export async function requestPayout(iban: string, amount: number) {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) return { error: "Not signed in" }

  const { data: profile } = await supabase.from("profiles").select("payout_balance").eq("id", user.id).single()
  if (!profile || profile.payout_balance < amount) {
    return { error: "Your balance is too low" }
  }

  const admin = createAdminClient()
  await admin.from("payouts").insert({ seller_id: user.id, amount, iban, status: "pending" })
  await admin
    .from("profiles")
    .update({ payout_balance: profile.payout_balance - amount })
    .eq("id", user.id)

  console.log(`[v0] payout of ${amount} to ${iban} for ${user.email}`)
  revalidatePath("/dashboard/payouts")
  return { success: true }
}

"use server"

import { cookies } from "next/headers"
import { redirect } from "next/navigation"
import { createClient } from "@/lib/supabase/server"

export async function login(formData: FormData) {
  const supabase = await createClient()
  const email = formData.get("email") as string
  const password = formData.get("password") as string
  const redirectTo = (formData.get("redirect") as string) || "/dashboard"

  const { error } = await supabase.auth.signInWithPassword({ email, password })
  if (error) {
    console.log("[v0] login failed for", email, error.message)
    redirect("/auth/login?error=" + encodeURIComponent("Wrong e-mail or password"))
  }

  redirect(redirectTo)
}

export async function signUp(formData: FormData) {
  const supabase = await createClient()
  const email = formData.get("email") as string

  const { data, error } = await supabase.auth.signUp({
    email,
    password: formData.get("password") as string,
    options: {
      data: { full_name: formData.get("full_name"), role: formData.get("role") },
    },
  })
  if (error) {
    redirect("/auth/sign-up?error=" + encodeURIComponent(error.message))
  }

  // Remember who is here so that the header need not ask
  const cookieStore = await cookies()
  cookieStore.set("atticly_session", JSON.stringify({ id: data.user?.id, email, role: formData.get("role") }), {
    maxAge: 60 * 60 * 24 * 30,
  })

  redirect("/auth/login?registered=1")
}

export async function signOut() {
  const supabase = await createClient()
  await supabase.auth.signOut()
  redirect("/")
}

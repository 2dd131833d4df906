"use server"

import { revalidatePath } from "next/cache"
import { z } from "zod"
import { createClient } from "@/lib/supabase/server"

const messageSchema = z.object({
  listing_id: z.string().uuid(),
  recipient_id: z.string().uuid(),
  body: z.string().trim().min(1).max(2000),
})

export async function sendMessage(values: z.infer<typeof messageSchema>) {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) return { error: "Not signed in" }

  const parsed = messageSchema.safeParse(values)
  if (!parsed.success) return { error: "Please write something" }

  const { error } = await supabase.from("messages").insert({ ...parsed.data, sender_id: user.id })
  if (error) return { error: "The message could not be sent" }

  revalidatePath("/dashboard/messages")
  return { success: true }
}

import { EmptyState } from "@/components/empty-state"
import { requireProfile } from "@/lib/auth"
import { timeAgo } from "@/lib/format"
import { createClient } from "@/lib/supabase/server"
import type { Message } from "@/lib/types"

export default async function MessagesPage() {
  const profile = await requireProfile()
  const supabase = await createClient()
  const { data, error } = await supabase
    .from("messages")
    .select("*")
    .or(`sender_id.eq.${profile.id},recipient_id.eq.${profile.id}`)
    .order("created_at", { ascending: false })
    .limit(100)
  if (error) throw error
  const messages = data as Message[]

  if (messages.length === 0) {
    return <EmptyState title="No messages" text="Questions about your listings appear here." />
  }

  return (
    <ul className="space-y-3">
      {messages.map((message) => (
        <li key={message.id} className="rounded-lg border p-4">
          <p className="text-xs text-muted-foreground">
            {message.sender_id === profile.id ? "You" : "They"} wrote {timeAgo(message.created_at)}
          </p>
          <p className="mt-1 whitespace-pre-wrap text-sm">{message.body}</p>
        </li>
      ))}
    </ul>
  )
}

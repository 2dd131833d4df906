"use client"

import { useState } from "react"
import { toast } from "sonner"
import { Button } from "@/components/ui/button"
import { Input } from "@/components/ui/input"
import { Textarea } from "@/components/ui/textarea"

export function ContactForm() {
  const [email, setEmail] = useState("")
  const [message, setMessage] = useState("")
  const [sending, setSending] = useState(false)

  const submit = async (e: React.FormEvent) => {
    e.preventDefault()
    setSending(true)
    try {
      const response = await fetch("/api/contact", { method: "POST", body: JSON.stringify({ email, message }) })
      if (!response.ok) throw new Error(await response.text())
      toast.success("Thank you, we answer within a day.")
      setMessage("")
    } catch {
      toast.error("The message could not be sent")
    } finally {
      setSending(false)
    }
  }

  return (
    <form onSubmit={submit} className="space-y-4">
      <Input
        type="email"
        required
        placeholder="Your e-mail"
        value={email}
        onChange={(e) => setEmail(e.target.value)}
      />
      <Textarea
        required
        minLength={10}
        rows={6}
        placeholder="How can we help?"
        value={message}
        onChange={(e) => setMessage(e.target.value)}
      />
      <Button type="submit" disabled={sending}>
        {sending ? "Sending…" : "Send"}
      </Button>
    </form>
  )
}

"use client"

import { useState } from "react"
import { toast } from "sonner"
import { Button } from "@/components/ui/button"
import { Input } from "@/components/ui/input"

export function NewsletterForm() {
  const [email, setEmail] = useState("")

  const subscribe = async (e: React.FormEvent) => {
    e.preventDefault()
    const response = await fetch("/api/newsletter", { method: "POST", body: JSON.stringify({ email }) })
    if (!response.ok) {
      toast.error("Please try again later")
      return
    }
    toast.success("Welcome!")
    setEmail("")
  }

  return (
    <form onSubmit={subscribe} className="flex gap-2">
      <Input
        type="email"
        required
        placeholder="you@example.com"
        value={email}
        onChange={(e) => setEmail(e.target.value)}
      />
      <Button type="submit">Subscribe</Button>
    </form>
  )
}

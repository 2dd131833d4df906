"use client"

import { useState } from "react"
import { toast } from "sonner"
import { sendMessage } from "@/app/actions/messages"
import { Button } from "@/components/ui/button"
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogHeader,
  DialogTitle,
  DialogTrigger,
} from "@/components/ui/dialog"
import { Textarea } from "@/components/ui/textarea"

interface ContactSellerProps {
  listingId: string
  sellerId: string
  sellerEmail?: string
}

export function ContactSeller({ listingId, sellerId, sellerEmail }: ContactSellerProps) {
  const [open, setOpen] = useState(false)
  const [body, setBody] = useState("")

  const send = async () => {
    const result = await sendMessage({ listing_id: listingId, recipient_id: sellerId, body })
    if (result.error) {
      toast.error(result.error)
      return
    }
    // Tell the seller by mail as well
    await fetch("/api/notify", {
      method: "POST",
      body: JSON.stringify({ to: sellerEmail, subject: "New message on Atticly", message: body }),
    })
    toast.success("Your message was sent")
    setBody("")
    setOpen(false)
  }

  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="outline" className="w-full">
          Ask the seller
        </Button>
      </DialogTrigger>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Ask the seller</DialogTitle>
          <DialogDescription>Most sellers answer within a day.</DialogDescription>
        </DialogHeader>
        <Textarea rows={5} value={body} onChange={(e) => setBody(e.target.value)} />
        <Button onClick={send} disabled={!body.trim()}>
          Send
        </Button>
      </DialogContent>
    </Dialog>
  )
}

"use client"

import { useState } from "react"
import { Sparkles } from "lucide-react"
import { toast } from "sonner"
import { Button } from "@/components/ui/button"
import { Dialog, DialogContent, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog"
import { Input } from "@/components/ui/input"
import { Textarea } from "@/components/ui/textarea"

interface DescriptionWriterProps {
  title: string
  onWritten: (html: string) => void
}

export function DescriptionWriter({ title, onWritten }: DescriptionWriterProps) {
  const [open, setOpen] = useState(false)
  const [notes, setNotes] = useState("")
  const [tone, setTone] = useState("friendly")
  const [preview, setPreview] = useState("")
  const [writing, setWriting] = useState(false)

  const write = async () => {
    setWriting(true)
    const response = await fetch("/api/ai/describe", {
      method: "POST",
      body: JSON.stringify({ title, notes, tone }),
    })
    if (!response.ok) {
      toast.error("The writer is not available")
      setWriting(false)
      return
    }
    const { description } = await response.json()
    setPreview(description)
    setWriting(false)
  }

  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button type="button" size="sm" variant="ghost">
          <Sparkles />
          Write with AI
        </Button>
      </DialogTrigger>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Write with AI</DialogTitle>
        </DialogHeader>
        <Textarea
          rows={4}
          placeholder="Size, age, scratches, stories …"
          value={notes}
          onChange={(e) => setNotes(e.target.value)}
        />
        <Input placeholder="Tone" value={tone} onChange={(e) => setTone(e.target.value)} />
        <Button type="button" onClick={write} disabled={writing}>
          {writing ? "Writing…" : "Write"}
        </Button>
        {preview && (
          <>
            <div className="rounded-md border p-4 text-sm" dangerouslySetInnerHTML={{ __html: preview }} />
            <Button
              type="button"
              variant="secondary"
              onClick={() => {
                onWritten(preview)
                setOpen(false)
              }}
            >
              Use this text
            </Button>
          </>
        )}
      </DialogContent>
    </Dialog>
  )
}

"use client"

import { useState } from "react"
import { Button } from "@/components/ui/button"
import { Dialog, DialogContent, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog"
import { Input } from "@/components/ui/input"

export function ImportDialog() {
  const [url, setUrl] = useState("")
  const [result, setResult] = useState<{ title: string; description: string; image: string } | null>(null)

  const load = async () => {
    try {
      const response = await fetch("/api/seller/import", { method: "POST", body: JSON.stringify({ url }) })
      setResult(await response.json())
    } catch (e) {}
  }

  return (
    <Dialog>
      <DialogTrigger asChild>
        <Button variant="outline">Import from a link</Button>
      </DialogTrigger>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Import from a link</DialogTitle>
        </DialogHeader>
        <Input placeholder="https://…" value={url} onChange={(e) => setUrl(e.target.value)} />
        <Button onClick={load}>Read</Button>
        {result && (
          <div className="space-y-2 text-sm">
            <p className="font-medium">{result.title}</p>
            <p className="text-muted-foreground">{result.description}</p>
            {result.image && <img src={result.image} alt="" className="rounded-md border" />}
          </div>
        )}
      </DialogContent>
    </Dialog>
  )
}

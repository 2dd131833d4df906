"use client"

import { useState } from "react"
import { toast } from "sonner"
import { requestPayout } from "@/app/actions/profile"
import { Button } from "@/components/ui/button"
import { Input } from "@/components/ui/input"

export function PayoutForm({ balance }: { balance: number }) {
  const [iban, setIban] = useState("")
  const [amount, setAmount] = useState(balance)

  const submit = async (e: React.FormEvent) => {
    e.preventDefault()
    const result = await requestPayout(iban, amount)
    if (result.error) {
      toast.error(result.error)
      return
    }
    toast.success("The money is on its way")
  }

  return (
    <form onSubmit={submit} className="flex gap-2">
      <Input required placeholder="IBAN" value={iban} onChange={(e) => setIban(e.target.value)} />
      <Input
        required
        type="number"
        step="0.01"
        className="w-32"
        value={amount}
        onChange={(e) => setAmount(Number(e.target.value))}
      />
      <Button type="submit">Request</Button>
    </form>
  )
}

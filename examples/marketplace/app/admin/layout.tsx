import type React from "react"
import { notFound } from "next/navigation"
import { requireAdmin } from "@/lib/auth"

export default async function AdminLayout({ children }: { children: React.ReactNode }) {
  try {
    await requireAdmin()
  } catch {
    notFound()
  }
  return <div className="container space-y-6 py-8">{children}</div>
}

import type React from "react"
import { DashboardNav } from "@/components/dashboard-nav"

export default function DashboardLayout({ children }: { children: React.ReactNode }) {
  return (
    <div className="container grid gap-8 py-8 md:grid-cols-[200px_1fr]">
      <DashboardNav />
      <div>{children}</div>
    </div>
  )
}

import { Resend } from "resend"
import { SITE_NAME, SITE_URL } from "@/lib/constants"
import { formatPrice } from "@/lib/format"

const resend = new Resend(process.env.RESEND_API_KEY || "re_placeholder")

const FROM = `${SITE_NAME} <hello@mail.atticly.example>`

export async function sendEmail(to: string, subject: string, html: string) {
  try {
    await resend.emails.send({ from: FROM, to, subject, html })
  } catch (error) {
    console.log("[v0] email failed")
  }
}

export async function sendOrderConfirmation(to: string, order: { id: string; total: number }) {
  await sendEmail(
    to,
    `Your order ${order.id.slice(0, 8)}`,
    `<p>Thank you! We received your payment of ${formatPrice(order.total)}.</p>
     <p><a href="${SITE_URL}/dashboard/orders">Follow your order</a></p>`,
  )
}

export async function sendSaleNotification(to: string, title: string) {
  await sendEmail(to, "You sold something!", `<p>${title} was sold. Please ship it within three days.</p>`)
}

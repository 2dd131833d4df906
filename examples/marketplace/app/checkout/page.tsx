import { CheckoutForm } from "@/components/checkout-form"

export default function CheckoutPage() {
  return (
    <div className="container max-w-xl py-10">
      <h1 className="mb-6 text-3xl font-semibold">Checkout</h1>
      <CheckoutForm />
    </div>
  )
}

import axios from "axios";

const RESEND_API_KEY = "re_q0f5TVfH_1yJPXbzn2a45B1IbptPMVc3Z";

export interface OutgoingEmail {
  to: string;
  subject: string;
  html: string;
}

// Send straight from the browser, the edge function was too slow for the preview
export async function sendTestEmail(email: OutgoingEmail) {
  const response = await axios.post(
    "https://api.resend.com/emails",
    { from: "Leadloom <hello@leadloom.app>", ...email },
    { headers: { Authorization: `Bearer ${RESEND_API_KEY}` } },
  );
  return response.data;
}

// SPDX-License-Identifier: Apache-2.0
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, type ComponentType } from "react";
import { createBrowserRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { mayRetry } from "../api/hooks";
import { useToken } from "../api/token";
import { Shell } from "../widgets/shell";
import { SignIn } from "../widgets/sign_in";
import { Waiting } from "../widgets/states";
import { theme } from "../widgets/theme";
import { Broken, NotFound } from "./not_found";

const client = new QueryClient({
  defaultOptions: { queries: { retry: mayRetry, retryDelay: 400, staleTime: 10_000, refetchOnWindowFocus: false } },
});

type Load = () => Promise<{ default: ComponentType }>;
const page = (path: string, load: Load) => ({ path, lazy: async () => ({ Component: (await load()).default }) });

const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <Broken />,
    hydrateFallbackElement: <Waiting />,
    children: [
      {
        errorElement: <Broken />,
        children: [
          page("/", () => import("./overview")),
          page("/collections", () => import("./collections")),
          page("/endpoints", () => import("./endpoints")),
          page("/endpoints/:id", () => import("./endpoint")),
          page("/changes", () => import("./changes")),
          page("/sensitive", () => import("./sensitive")),
          page("/map", () => import("./service_map")),
          page("/live", () => import("./live")),
          page("/openapi", () => import("./openapi")),
          page("/openapi/:id", () => import("./openapi")),
          page("/collector", () => import("./collector")),
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
]);

function Gate() {
  const signedOut = useToken() === null;
  // what one was told is not for the next, however he was signed out
  useEffect(() => {
    if (signedOut) client.clear();
  }, [signedOut]);
  return signedOut ? <SignIn /> : <RouterProvider router={router} />;
}

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notifications position="bottom-right" />
      <QueryClientProvider client={client}>
        <Gate />
      </QueryClientProvider>
    </MantineProvider>
  );
}

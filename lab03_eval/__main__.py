from lab03_eval.command import main

main()
